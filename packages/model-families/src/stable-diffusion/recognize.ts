import type {
  CandidateCompanion,
  CandidateGraph,
  IncompleteModel,
  ModelCandidate,
  Recognition,
} from '../recognition.js';
import { TOKENIZER_FILE_NAMES, type TokenizerFiles } from '../text-tokenizer/tokenizer-files.js';
import { TOKENIZER_PARTS } from '../text-tokenizer/tokenizer-parts.js';
import { GRAPH_PARTS, SCHEDULER_PART } from './parts.js';
import { pipelineFacts } from './pipeline-facts.js';

/** What makes a graph the network of a Stable Diffusion, and no other of its graphs. */
const UNET_INPUTS = ['sample', 'timestep', 'encoder_hidden_states'];

const INDEX = 'model_index.json';

/** Whether graphs and what lies beside them are a pipeline of diffusers, as optimum and diffusers export it. */
export function recognize({ graphs, companions = [] }: ModelCandidate): Recognition | IncompleteModel | null {
  const unet = graphs.find(isUnet);
  if (!unet) return null;
  const reason = `${unet.path} is the network of a Stable Diffusion`;
  const index = companions.find(({ path }) => path === INDEX)?.config;
  if (!index) {
    const lacks = `what goes with it is missing: give the whole folder, which has a ${INDEX}`;
    return { sureness: 'certain', reason, lacks };
  }
  const parts = partsOf(graphs, companions);
  const missing = ['text_encoder', 'unet', 'vae_decoder', SCHEDULER_PART].filter((part) => !parts[part]);
  if (missing.length > 0) {
    const lacks = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing in its folders`;
    return { sureness: 'certain', reason, lacks };
  }
  const { familyOptions, defaults, unsupported } = pipelineFacts(index, companions, {
    hasPair: parts.text_encoder_2 !== undefined,
    isToldScale: unet.signature.inputs.some(({ name }) => name === 'timestep_cond'),
  });
  if (unsupported !== null) return { sureness: 'certain', reason, lacks: unsupported };
  return {
    sureness: 'certain',
    reason: `${INDEX} names a ${String(index._class_name)}, and ${reason}`,
    classes: 0,
    preparation: {},
    familyOptions,
    defaults,
    parts,
    pictureGraph: null,
  };
}

function isUnet({ signature: { inputs } }: CandidateGraph): boolean {
  return UNET_INPUTS.every((wanted) => inputs.some(({ name }) => name === wanted));
}

/** Of one graph in each folder, which is called as its part is. */
function partsOf(
  graphs: readonly CandidateGraph[],
  companions: readonly CandidateCompanion[],
): Record<string, string> {
  const parts: Record<string, string> = {};
  for (const part of GRAPH_PARTS) {
    const graph = graphs.find(({ path }) => folderOf(path) === part);
    if (graph) parts[part] = graph.path;
  }
  const has = (path: string) => companions.some((companion) => slashed(companion.path) === path);
  const addFile = (part: string, path: string) => {
    if (has(path)) parts[part] = path;
  };
  addFile(SCHEDULER_PART, 'scheduler/scheduler_config.json');
  for (const ending of parts.text_encoder_2 ? ['', '_2'] : ['']) {
    for (const [name, file] of Object.entries(TOKENIZER_FILE_NAMES)) {
      const part = TOKENIZER_PARTS[name as keyof TokenizerFiles];
      addFile(`${part}${ending}`, `tokenizer${ending}/${file}`);
    }
  }
  return parts;
}

const slashed = (path: string) => path.replaceAll('\\', '/');
const folderOf = (path: string) => slashed(path).split('/').at(-2);
