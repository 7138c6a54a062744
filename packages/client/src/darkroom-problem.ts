import type { ErrorCode, Problem } from '@darkroom/contracts';

/** An answer that is an error: the service's problem details, or what little another answer says. */
export class DarkroomProblem extends Error {
  override readonly name = 'DarkroomProblem';
  /** HTTP status of the answer. */
  readonly status: number;
  /** What went wrong, from the service's table of errors; `null` when something between us answered. */
  readonly code: ErrorCode | null;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** How long the service asks to wait before the request is sent again. */
  readonly retryAfterSeconds: number | null;
  /** The whole body (RFC 9457), with one entry in `errors` for each bad field. */
  readonly problem: Problem | null;

  constructor(message: string, status: number, problem: Problem | null, retryAfterSeconds: number | null) {
    super(message);
    this.status = status;
    this.problem = problem;
    this.code = problem?.code ?? null;
    // Without problem details a proxy has answered; its 502, 503 and 504 pass.
    this.retryable = problem?.retryable ?? (status >= 502 && status <= 504);
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** The problem that an answer with an error status carries. Reads the body. */
  static async fromResponse(response: Response): Promise<DarkroomProblem> {
    const text = await response.text().catch(() => '');
    const problem = parseProblem(text);
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    const retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : null;
    return new DarkroomProblem(
      describe(response, problem, text),
      response.status,
      problem,
      retryAfterSeconds,
    );
  }
}

function parseProblem(text: string): Problem | null {
  try {
    const body: unknown = JSON.parse(text);
    const isProblem = typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
    return isProblem ? (body as Problem) : null;
  } catch {
    return null;
  }
}

function describe(response: Response, problem: Problem | null, text: string): string {
  if (problem === null) return `HTTP ${response.status} ${response.statusText}: ${text.slice(0, 200)}`.trim();
  const fields = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  return [`${problem.title}: ${problem.detail}`, ...fields].join('\n  ');
}
