/** The ways to submit a picture, as requests. */

/** A form with the picture as its file part `image`, and fields beside it. */
export function formSubmission(
  picture: Buffer,
  fields: Readonly<Record<string, string | readonly string[]>> = {},
  fileName = 'photo.png',
): RequestInit & { readonly body: FormData } {
  const form = new FormData();
  for (const [name, values] of Object.entries(fields))
    for (const value of [values].flat()) form.append(name, value);
  form.append('image', new Blob([picture], { type: 'application/octet-stream' }), fileName);
  return { method: 'POST', body: form };
}

export function jsonSubmission(fields: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) };
}

/** The picture is the body. */
export function rawSubmission(picture: Buffer, contentType = 'image/png'): RequestInit {
  return { method: 'POST', headers: { 'content-type': contentType }, body: picture };
}

/** A request with more headers. */
export function withHeaders<Init extends RequestInit>(
  init: Init,
  headers: Readonly<Record<string, string>>,
): Init {
  return { ...init, headers: { ...(init.headers as Record<string, string> | undefined), ...headers } };
}
