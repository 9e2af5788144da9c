/** Every Chinese sentence of the console, by area. */
import type { Text } from '../en';
import { connection } from './connection';
import { dialogs } from './dialogs';
import { errors } from './errors';
import { forms } from './forms';
import { images } from './images';
import { problems } from './problems';
import { shell } from './shell';
import { uploads } from './uploads';

export const zh: Text = { ...shell, images, forms, dialogs, uploads, problems, connection, errors };
