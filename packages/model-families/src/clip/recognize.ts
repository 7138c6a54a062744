import type { Preparation } from '@darkroom/contracts';
import { describeSpec, type GraphSignature, type TensorSpec } from '@darkroom/tensor';
import type {
  CandidateCompanion,
  CandidateGraph,
  IncompleteModel,
  ModelCandidate,
  Recognition,
} from '../recognition.js';
import { TOKENIZER_FILE_NAMES, type TokenizerFiles } from '../text-tokenizer/tokenizer-files.js';
import { TOKENIZER_PARTS } from '../text-tokenizer/tokenizer-parts.js';
import { type ClipKind, kindOf } from './clip-kinds.js';
import { PICTURE_ENCODER, TEXT_ENCODER, WHOLE } from './parts.js';

/** The graphs of one CLIP among those that were found. */
interface FoundGraphs {
  readonly whole: readonly CandidateGraph[];
  readonly texts: readonly CandidateGraph[];
  readonly pictures: readonly CandidateGraph[];
}

const has = (specs: readonly TensorSpec[], name: string) => specs.some((spec) => spec.name === name);
const takesTexts = ({ inputs }: GraphSignature) => has(inputs, 'input_ids');
const takesPictures = ({ inputs }: GraphSignature) => inputs.some(({ dims }) => dims.length === 4);
const isProjected = ({ signature: { outputs } }: CandidateGraph) =>
  has(outputs, 'text_embeds') || has(outputs, 'image_embeds');
const isPooled = ({ signature: { outputs } }: CandidateGraph) => has(outputs, 'pooler_output');

/**
 * Whether graphs, and what lies beside them, are a CLIP as Hugging Face's tools export it: both encoders in one graph, in
 * two, or in three files that are the same model twice.
 */
export function recognize({ graphs, companions = [] }: ModelCandidate): Recognition | IncompleteModel | null {
  const found = sortGraphs(graphs);
  const config = companions.find(({ path }) => path === 'config.json')?.config ?? null;
  if (found.whole.length === 0 && !isClipAlone(found, config)) return null;
  const several = [found.whole, found.texts, found.pictures].find((ones) => ones.length > 1);
  if (several)
    return incomplete(several[0]!, `expected one, got ${several.map(({ path }) => path).join(', ')} too`);
  const [whole, text, picture] = [found.whole[0], found.texts[0], found.pictures[0]];
  const kind = kindOf(
    config,
    [whole, text].flatMap((graph) => graph?.signature ?? []),
  );
  const chosen = choose({ whole, text, picture }, kind);
  if ('lacks' in chosen) return chosen;
  const tokenizer = tokenizerParts(companions);
  if (tokenizer === null) return incomplete(chosen.pictureGraph, WITHOUT_TOKENIZER);
  return {
    sureness: 'certain',
    reason: `${chosen.reason} of a ${kind.name}`,
    classes: 0,
    preparation: preparationFor(chosen.pictureGraph, kind, config),
    familyOptions: familyOptionsFor(chosen.textGraph, kind, config),
    defaults: { template: kind.template },
    isCropped: true,
    parts: { ...chosen.parts, ...tokenizer },
    pictureGraph: chosen.pictureGraph.path,
  };
}

const WITHOUT_TOKENIZER =
  'its tokenizer.json is missing. Give the whole folder, with the tokenizer.json that `save_pretrained` of transformers’ tokenizer writes';

function sortGraphs(graphs: readonly CandidateGraph[]): FoundGraphs {
  const fitting = graphs.filter((graph) => isProjected(graph) || isPooled(graph));
  const of = (texts: boolean, pictures: boolean) =>
    fitting.filter(
      ({ signature }) => takesTexts(signature) === texts && takesPictures(signature) === pictures,
    );
  return {
    whole: of(true, true).filter(({ signature: { outputs } }) => has(outputs, 'image_embeds')),
    texts: of(true, false),
    pictures: of(false, true),
  };
}

/** Other networks, too, have a pooled output of texts or of pictures. */
function isClipAlone({ texts, pictures }: FoundGraphs, config: CandidateCompanion['config']): boolean {
  const ones = [...texts, ...pictures];
  if (ones.some(isProjected) || (texts.length > 0 && pictures.length > 0)) return true;
  return ones.length > 0 && /clip|siglip/i.test(String(config?.model_type));
}

interface Chosen {
  readonly reason: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly textGraph: CandidateGraph;
  readonly pictureGraph: CandidateGraph;
}

/** Two graphs cost less than one, but of sigmoid only the one tells what makes scores of similarities. */
function choose(
  { whole, text, picture }: Readonly<Record<'whole' | 'text' | 'picture', CandidateGraph | undefined>>,
  kind: ClipKind,
): Chosen | IncompleteModel {
  const isSplit = text !== undefined && picture !== undefined;
  const areComparable = isSplit && (!kind.needsProjection || (isProjected(text) && isProjected(picture)));
  if (whole && (!areComparable || kind.needsLogits)) {
    const reason = `${whole.path} is both encoders`;
    return { reason, parts: { [WHOLE]: whole.path }, textGraph: whole, pictureGraph: whole };
  }
  if (isSplit && !areComparable) {
    return incomplete(
      isProjected(text) ? picture : text,
      `it gives pooler_output, which can’t be compared: of a ${kind.name} both encoders must be exported with their projections, so that they give text_embeds and image_embeds`,
    );
  }
  if (isSplit) {
    return {
      reason: `${text.path} and ${picture.path} are the encoders`,
      parts: { [TEXT_ENCODER]: text.path, [PICTURE_ENCODER]: picture.path },
      textGraph: text,
      pictureGraph: picture,
    };
  }
  return text
    ? incomplete(
        text,
        'the encoder of pictures is missing. Give the files of both, or a folder that holds both',
      )
    : incomplete(
        picture!,
        'the encoder of texts is missing. Give the files of both, or a folder that holds both',
      );
}

function incomplete({ path, signature }: CandidateGraph, lacks: string): IncompleteModel {
  const what = takesTexts(signature)
    ? takesPictures(signature)
      ? 'both encoders'
      : 'the encoder of texts'
    : 'the encoder of pictures';
  const outputs = signature.outputs.map(describeSpec).join('; ');
  return { sureness: 'likely', reason: `${path} is ${what} of a CLIP: it gives ${outputs}`, lacks };
}

/** @returns paths by part, `null` where there is no vocabulary. A `tokenizer.json` says what the others do */
function tokenizerParts(companions: readonly CandidateCompanion[]): Record<string, string> | null {
  const pathOf = (name: keyof TokenizerFiles) =>
    companions.find(({ path }) => path === TOKENIZER_FILE_NAMES[name])?.path;
  const vocabulary: readonly (keyof TokenizerFiles)[] = pathOf('tokenizer')
    ? ['tokenizer']
    : ['vocabulary', 'merges'];
  if (vocabulary.some((name) => pathOf(name) === undefined)) return null;
  const names: readonly (keyof TokenizerFiles)[] = [...vocabulary, 'config', 'specialTokens'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const path = pathOf(name);
      return path === undefined ? [] : [[TOKENIZER_PARTS[name], path] as const];
    }),
  );
}

const USUAL_SIDE = 224;

function preparationFor(
  { width, height, layout }: CandidateGraph,
  { preparation }: ClipKind,
  config: CandidateCompanion['config'],
): Partial<Preparation> {
  const side = width ?? height ?? wholeNumber(within(config, 'vision_config').image_size) ?? USUAL_SIDE;
  return {
    ...preparation,
    ...(preparation.resize === 'shortest-edge' && { shortest_edge: side }),
    width: side,
    height: height ?? side,
    ...(layout === 'nhwc' && { layout }),
  };
}

/** How long texts are, where neither the graph nor the tokenizer may say it. */
function familyOptionsFor(
  { signature: { inputs } }: CandidateGraph,
  { activation }: ClipKind,
  config: CandidateCompanion['config'],
): Record<string, unknown> {
  const length = inputs.find(({ name }) => name === 'input_ids')?.dims[1] ?? null;
  const most = wholeNumber(within(config, 'text_config').max_position_embeddings);
  return {
    ...(activation === 'sigmoid' && { activation }),
    ...(length === null && most !== null && { max_tokens: most }),
  };
}

type Config = Readonly<Record<string, unknown>>;

function within(config: CandidateCompanion['config'], field: string): Config {
  const value = config?.[field];
  return typeof value === 'object' && value !== null ? (value as Config) : {};
}

const MOST = 4096;

function wholeNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 1 && value <= MOST ? value : null;
}
