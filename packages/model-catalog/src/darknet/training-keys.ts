import { quoted } from './parse-cfg.js';
import type { SectionKeys } from './section-keys.js';

/** Keys that matter in training, in drawing or in files of Darknet's own, and not to what a network gives. */
const IGNORED_KEYS: ReadonlySet<string> = new Set(
  `absolute adam adversarial_lr angle aspect assisted_excitation attention augment_speed B1 B2 badlabels_rejection_percentage
  batch batches_per_cycle beta1 beta_nms bias_match bin_output blur burn_in class_scale classfix cls_normalizer contrastive
  contrastive_color contrastive_jit_flip coord_scale counters_per_class cutmix decay delta_normalizer dont_show dets_for_show
  dets_for_track dot dropblock dropblock_size_abs dropblock_size_rel ema_alpha eps equidistant_point exposure flip focal_loss
  gamma gaussian_noise grad_centr hue ignore_thresh inputs iou_loss iou_normalizer iou_thresh iou_thresh_kind jitter
  label_smooth_eps learning_rate learning_rate_min log loss_scale map mask_scale max max_batches max_chart_loss max_crop
  max_delta max_epochs max_ratio min_crop min_ratio mixup momentum mosaic mosaic_bound nms_kind noloss noobject_scale
  num_sigmas_reject_badlabels obj_normalizer object_scale objectness_smooth onlyforward optimized_memory policy power
  probability random rescore resize resize_step saturation scale scales seen seq_scales sequential_subdivisions sgdr_cycle
  sgdr_mult show_details show_receptive_field sim_thresh sqrt step steps stopbackward stream subdivisions thresh time_steps
  track track_ciou_norm track_history_size train_only_bn truth_thresh try_fix_nan uc_normalizer unsupervised use_cuda_graph
  wait_stream weights_reject_freq workspace_size_limit_MB`.split(/\s+/),
);

/** Notes on keys that nothing knows, so that a misspelt one is seen. Ask when all others have been read. */
export function ignoredKeyNotes(keys: SectionKeys): string[] {
  return keys
    .unread()
    .filter(({ key }) => !IGNORED_KEYS.has(key))
    .map(
      ({ key, line }) => `cfg, line ${line}: ${quoted(key)} is no key that the import knows, and is ignored`,
    );
}
