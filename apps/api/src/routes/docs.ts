import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { ERRORS, type ErrorKind } from '@darkroom/contracts';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';

/** The OpenAPI document, a page to try it that needs no internet, and a section for each error code. */
export const docsRoute: FastifyPluginAsync = async (app) => {
  const swaggerUiFolder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await app.register(fastifyStatic, {
    root: swaggerUiFolder,
    prefix: '/docs/assets/',
    allowedPath: (path) => ASSETS.includes(path.replace(/^\//, '')),
    schemaHide: true,
  });

  const hidden = { schema: { hide: true } };
  app.get('/openapi.json', hidden, async (_request, reply) => reply.send(app.swagger()));
  app.get('/', hidden, async (_request, reply) => reply.redirect('/docs'));
  app.get('/docs', hidden, async (_request, reply) => reply.headers(PAGE_HEADERS).send(TRY_PAGE));
  app.get('/docs/try.js', hidden, async (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(TRY_SCRIPT),
  );
  app.get('/docs/errors', hidden, async (_request, reply) => reply.headers(PAGE_HEADERS).send(ERRORS_PAGE));
};

const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

const TRY_SCRIPT = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true, defaultModelsExpandDepth: 0 });\n`;

const page = (title: string, head: string, body: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
${head}
</head>
<body>
${body}
</body>
</html>
`;

const TRY_PAGE = page(
  'Darkroom API',
  '<link rel="stylesheet" href="/docs/assets/swagger-ui.css">\n<style>body { margin: 0 }</style>',
  '<div id="api"></div>\n<script src="/docs/assets/swagger-ui-bundle.js"></script>\n<script src="/docs/try.js"></script>',
);

const ERRORS_STYLE = `<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
section { border-top: 1px solid #8884; padding: 0.5rem 0 }
section:target { outline: 2px solid #e8a33d; outline-offset: 6px; border-radius: 2px }
code { font-size: 0.95em }
small { opacity: 0.75 }
</style>`;

function errorSection([code, { status, title, retryable, help }]: [string, ErrorKind]): string {
  const again = retryable ? 'the same request may succeed later' : 'the same request will fail again';
  return `<section id="${code}"><h2><code>${code}</code></h2>
<p><strong>${escapeHtml(title)}</strong> <small>${status}; ${again}</small></p>
<p>${escapeHtml(help).replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p></section>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const ERRORS_PAGE = page(
  'Darkroom: errors',
  ERRORS_STYLE,
  `<h1>Errors</h1>
<p>Every error is answered as problem details (RFC 9457): <code>code</code> says which of these it is,
<code>detail</code> what was expected, what came, and what to do. Jobs that fail carry the same codes.
<a href="/docs">All calls</a></p>
${Object.entries<ErrorKind>(ERRORS).map(errorSection).join('\n')}`,
);
