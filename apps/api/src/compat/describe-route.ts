/** How a route of a compat service stands in the OpenAPI document: the original's own documentation says the rest. */
export function describeRoute(summary: string): { readonly tags: string[]; readonly summary: string } {
  return { tags: ['drop-in'], summary };
}
