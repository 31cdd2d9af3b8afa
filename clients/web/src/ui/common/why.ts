// SPDX-License-Identifier: Apache-2.0
// The sentence for why something did not work. Beside the first load: nothing goes wrong before there is something to do.

import { texts } from '../../i18n';
import { why } from '../../i18n/why';

export const w = texts(why);
