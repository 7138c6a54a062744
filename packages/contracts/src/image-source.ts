import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;

/** The ways a JSON body names the picture. */
export const ImageSourceSchema = Type.Union(
  [
    Type.String({
      description:
        'An http or https URL that the service fetches the picture from, or a `data:` URL, such as `data:image/png;base64,…`.',
    }),
    Type.Object({ url: Type.String({ description: 'An http or https URL of the picture.' }) }, closed),
    Type.Object({ base64: Type.String({ description: 'The picture’s bytes in base64.' }) }, closed),
    Type.Object(
      {
        job: Type.String({ description: 'Id of a job; its own input is used again, nothing is uploaded.' }),
        artifact: Type.Optional(
          Type.String({ description: 'Name of one of that job’s artifacts, to use instead of its input.' }),
        ),
      },
      closed,
    ),
  ],
  { description: 'The picture: a URL, base64, or the input or an artifact of another job.' },
);
export type ImageSource = Static<typeof ImageSourceSchema>;
