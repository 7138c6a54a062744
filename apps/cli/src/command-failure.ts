import { DarkroomProblem, DarkroomUnreachable } from '@darkroom/client';
import { DarkroomError } from '@darkroom/contracts';
import { DarknetError } from '@darkroom/model-catalog/darknet';
import { ImportError } from '@darkroom/model-catalog/importing';
import { OnnxFileError } from '@darkroom/onnx-file';
import { ConfigurationError } from '@darkroom/service-kit';

/** A failure whose message is all that a user needs: it is shown without a stack. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/** The command line asks for something that doesn't exist or doesn't go together. */
export class UsageFailure extends Error {
  override readonly name = 'UsageFailure';
}

const SELF_EXPLANATORY = [
  CommandFailure,
  UsageFailure,
  ConfigurationError,
  DarkroomError,
  DarkroomProblem,
  ImportError,
  DarknetError,
  OnnxFileError,
];

/** What to tell a user of an error; of one that nobody has foreseen, also where it came from. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof DarkroomUnreachable) {
    return `${error.message}\n  Start it with npm start, or say where it is with --url or DARKROOM_URL`;
  }
  if (SELF_EXPLANATORY.some((kind) => error instanceof kind)) return error.message;
  // Of the file system: no permission, no space left.
  if ('syscall' in error) return error.message;
  return `a fault of Darkroom itself: ${error.stack ?? error.message}`;
}
