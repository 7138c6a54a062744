/** How an error is answered over HTTP, and whether the same request may succeed later. */
export interface ErrorKind {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
  /** What the section of the docs page says: when it happens and what to do. */
  readonly help: string;
}

/**
 * The one table of errors, of HTTP answers and of jobs alike. `detail` of each occurrence says what was
 * expected, what came, and what to do.
 */
export const ERRORS = {
  malformed_request: {
    status: 400,
    title: 'The request is not valid HTTP',
    retryable: false,
    help: 'Its first line or headers could not be read, its body has another length than it says, or it did not arrive in time. Use an HTTP/1.1 client and let it set Content-Length.',
  },
  malformed_json: {
    status: 400,
    title: 'The body is not valid JSON',
    retryable: false,
    help: 'The body was sent as application/json but could not be parsed. Check quotes, commas and encoding.',
  },
  malformed_multipart: {
    status: 400,
    title: 'The multipart form could not be read',
    retryable: false,
    help: 'A boundary is missing, a part was cut off, or there are more parts than allowed. Let your HTTP client build the form: with curl use -F, with fetch pass FormData and set no Content-Type yourself.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'Pages of this origin may not use the service',
    retryable: false,
    help: 'A web page of another origin made the browser send this. Open the service under its own address, or set PUBLIC_URL to the address it is reached at.',
  },
  job_not_found: {
    status: 404,
    title: 'No such job',
    retryable: false,
    help: 'No job has this id, or it was deleted. Ids look like job_01JD8Z… and come with the answer to a submission.',
  },
  batch_not_found: {
    status: 404,
    title: 'No such batch',
    retryable: false,
    help: 'No batch has this id, it was deleted, or its keeping time is over. Ids look like batch_01JD8Z… and come with the answer to POST /v1/batches.',
  },
  model_not_found: {
    status: 404,
    title: 'No such model',
    retryable: false,
    help: 'No worker ever served a model of this id. The detail lists the models there are; GET /v1/models shows them all.',
  },
  artifact_not_found: {
    status: 404,
    title: 'No such artifact',
    retryable: false,
    help: 'The job has no artifact of this name. Its artifacts are listed in the job; most are made only when asked for in `outputs`.',
  },
  route_not_found: {
    status: 404,
    title: 'No such path',
    retryable: false,
    help: 'Nothing answers at this path. GET /v1 names the tasks, /docs describes every call.',
  },
  no_longer_kept: {
    status: 410,
    title: 'The job is no longer kept',
    retryable: false,
    help: 'The keeping time of the job is over; its picture, result and artifacts are gone. `keep_seconds` of a submission sets how long they stay.',
  },
  method_not_allowed: {
    status: 405,
    title: 'The path exists, but not with this method',
    retryable: false,
    help: 'The Allow header lists the methods that this path answers.',
  },
  not_acceptable: {
    status: 406,
    title: 'None of the accepted types can be made',
    retryable: false,
    help: 'The answer is application/json, text/event-stream, or a picture as image/jpeg, image/png or image/webp (image/* lets Darkroom choose).',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The type of the body is not supported',
    retryable: false,
    help: 'Send multipart/form-data, application/json or the picture itself as image/*.',
  },
  unsupported_image: {
    status: 415,
    title: 'The picture is not one Darkroom reads',
    retryable: false,
    help: 'PNG, JPEG, WebP, TIFF, AVIF and the first frame of GIF are read. The bytes decide, not the name or the declared type.',
  },
  job_not_ended: {
    status: 409,
    title: 'The job has not ended yet',
    retryable: true,
    help: 'The result exists once the job has succeeded. Wait for it with `Prefer: wait=30`, or follow its events.',
  },
  batch_not_finished: {
    status: 409,
    title: 'Jobs of the batch have not ended yet',
    retryable: true,
    help: 'The results of a batch are there once its last job has ended. Poll the batch or follow its events until `finished_at` is set.',
  },
  job_has_no_result: {
    status: 409,
    title: 'The job ended without a result',
    retryable: false,
    help: 'It failed, was canceled or expired; `status` and `error` of the job say which and why.',
  },
  job_not_retryable: {
    status: 409,
    title: 'The job cannot be tried again',
    retryable: false,
    help: 'Only a job that has ended without success can: one that `failed`, was `canceled` or `expired`. Submit a new job with `"image": {"job": "<id>"}` to use its picture again.',
  },
  upload_too_large: {
    status: 413,
    title: 'The upload is too large',
    retryable: false,
    help: 'The limit is MAX_UPLOAD_BYTES of the service, shown under `limits` in GET /v1. Base64 counts as the bytes it decodes to.',
  },
  image_too_many_pixels: {
    status: 413,
    title: 'The picture has too many pixels',
    retryable: false,
    help: 'The limit is MAX_IMAGE_PIXELS of the service, shown under `limits` in GET /v1. The header of the file is what counts.',
  },
  invalid_field: {
    status: 422,
    title: 'A field has a value that is not allowed',
    retryable: false,
    help: '`errors` has a JSON pointer to each field and says what it takes.',
  },
  unknown_field: {
    status: 422,
    title: 'A field is not known',
    retryable: false,
    help: '`errors` names each unknown field and the nearest known one. Fields of features that are not built yet are unknown too.',
  },
  image_missing: {
    status: 422,
    title: 'There is no picture',
    retryable: false,
    help: 'Send one picture (a generation needs none): a file part named `image`, an `image` field in JSON, or the picture as the body. The detail names the parts that came.',
  },
  option_not_supported: {
    status: 422,
    title: 'An option is not supported here',
    retryable: false,
    help: 'The model, the mode or this version of the service cannot do what the option asks. The detail says what can.',
  },
  model_task_mismatch: {
    status: 422,
    title: 'The model is made for another task',
    retryable: false,
    help: 'Each model serves the task in its manifest. The detail names the models of the task that was asked for.',
  },
  url_not_allowed: {
    status: 422,
    title: 'The URL may not be requested',
    retryable: false,
    help: 'Pictures are fetched by http and https from public addresses, without user name and password in the URL, and from the hosts that ALLOWED_PRIVATE_HOSTS of the service names; a redirect must lead to one too. The detail says what is wrong with this one.',
  },
  url_not_fetched: {
    status: 422,
    title: 'The picture could not be fetched from its URL',
    retryable: true,
    help: 'The host is unknown or does not answer, answers with another status than 200, or takes longer than URL_TIMEOUT_SECONDS of the service. The detail says which. The service has to reach the host by itself; it uses no proxy.',
  },
  queue_full: {
    status: 429,
    title: 'The queue of the model is full',
    retryable: true,
    help: 'MAX_QUEUE_DEPTH jobs are waiting for the model. Retry-After is worked out from how fast the queue moves.',
  },
  inference_process_crashed: {
    status: 500,
    title: 'The inference process died',
    retryable: true,
    help: 'The process that runs the model died three times at this job. The detail names the signal and what to try; SIGKILL mostly means that memory ran out.',
  },
  out_of_memory: {
    status: 500,
    title: 'Memory ran out',
    retryable: true,
    help: 'The run needed more memory than there is. Send a smaller picture, choose a smaller model, or give the worker more memory.',
  },
  inference_failed: {
    status: 500,
    title: 'The model could not be run on this input',
    retryable: false,
    help: 'The graph, or the code that prepares its input and decodes its output, refused. The detail holds the message.',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong inside Darkroom',
    retryable: true,
    help: 'A fault of the service, not of the request. The log has the details under the request id.',
  },
  redis_unavailable: {
    status: 503,
    title: 'Redis cannot be reached',
    retryable: true,
    help: 'The request was not carried out. The service recovers by itself when Redis is back; send it again after Retry-After seconds.',
  },
  storage_full: {
    status: 503,
    title: 'Storage is full',
    retryable: true,
    help: 'Redis has reached its memory limit, so nothing can be accepted without losing it. Delete jobs, shorten `keep_seconds`, or raise the limit.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** A bad field: a JSON pointer to it, and what it takes. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** An error that is answered to a user as it is. Everything else that is thrown is an `internal_error`. */
export class DarkroomError extends Error {
  override readonly name = 'DarkroomError';
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ErrorCode,
    detail: string,
    extra: { fields?: readonly FieldError[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.code = code;
    this.fields = extra.fields ?? [];
    this.retryAfterSeconds = extra.retryAfterSeconds ?? null;
  }

  get kind(): ErrorKind {
    return ERRORS[this.code];
  }
}
