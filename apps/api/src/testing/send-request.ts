import { request } from 'node:http';
import { connect } from 'node:net';

/** A request as node:http sends it: unlike with fetch, path and headers go out as they stand here. */
export interface PlainRequest {
  /** Default: POST where there is a body, else GET. */
  readonly method?: string;
  /** Default: `/v1/segmentation`. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** Sends the body without telling its length. */
  readonly chunked?: boolean;
}

/** A request as it goes over the connection, for what no client would send. */
export interface LiteralRequest {
  readonly literal: string;
}

export function sendRequest(url: string, sent: PlainRequest | LiteralRequest): Promise<Response> {
  return 'literal' in sent ? sendLiteral(new URL(url), sent.literal) : sendPlain(url, sent);
}

function sendPlain(url: string, { method, path, headers, body, chunked }: PlainRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    const framing = chunked ? { 'transfer-encoding': 'chunked' } : {};
    const options = {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      path: path ?? '/v1/segmentation',
    };
    const message = request(url, { ...options, headers: { ...headers, ...framing } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const status = answer.statusCode!;
        const content = [204, 304].includes(status) ? null : Buffer.concat(chunks);
        resolve(new Response(content, { status, headers: answer.headers as Record<string, string> }));
      });
    });
    // After the answer this rejects in vain: what is left of a refused upload may meet a closed connection.
    message.on('error', reject);
    message.end(body);
  });
}

function sendLiteral({ hostname, port }: URL, literal: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(literal, 'latin1'));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      try {
        resolve(parseAnswer(Buffer.concat(chunks).toString('utf8')));
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}

function parseAnswer(text: string): Response {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  if (!status) throw new Error(`expected an answer, got ${JSON.stringify(text.slice(0, 200))}`);
  const headers = lines.map((line) => line.split(/:\s*/, 2) as [string, string]);
  return new Response(rest.join('\r\n\r\n'), { status, headers });
}
