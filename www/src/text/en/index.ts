/** Every English sentence of the console, by area; its shape is what the other languages must fill. */
import { connection } from './connection';
import { dialogs } from './dialogs';
import { errors } from './errors';
import { forms } from './forms';
import { images } from './images';
import { problems } from './problems';
import { shell } from './shell';
import { uploads } from './uploads';

export const en = { ...shell, images, forms, dialogs, uploads, problems, connection, errors };

/** The shape of a language. */
export type Text = typeof en;
