const SHOWN_CHARACTERS = 200;

/** A text for people to recognize it by. */
export function shortenText(text: string): string {
  const characters = [...text];
  return characters.length <= SHOWN_CHARACTERS ? text : `${characters.slice(0, SHOWN_CHARACTERS).join('')} …`;
}
