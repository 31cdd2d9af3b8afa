// SPDX-License-Identifier: Apache-2.0
// The texts of the open conversation.

import { texts } from '../../i18n';
import { talk } from '../../i18n/talk';

export const c = texts(talk);
