import { type TProperties, Type } from 'typebox';
import { COMPAT_SERVICES } from './compat-services.js';

/** Stands for all services in `DARKROOM_COMPAT`. */
export const ALL_SERVICES = 'all';

const names = COMPAT_SERVICES.map(({ name }) => name);
const oneName = `\\s*(${[ALL_SERVICES, ...names].join('|')})\\s*`;

const ownSettings = {
  DARKROOM_COMPAT: Type.String({
    pattern: `^(${oneName}(,${oneName})*)?$`,
    examples: [ALL_SERVICES, names.slice(0, 2).join(',')],
    default: '',
    description: `Existing services to answer for, comma-separated: ${names.join(', ')}; or ${ALL_SERVICES}. Empty: none.`,
  }),
};

/** The environment variables of all compat services, and the one that switches them on. */
export const compatSettings: TProperties = Object.assign(
  ownSettings,
  ...COMPAT_SERVICES.map(({ settings }) => settings),
);
