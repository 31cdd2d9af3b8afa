// SPDX-License-Identifier: Apache-2.0
// The model of this page. Tests make their own (create.ts).

import type { Model } from '../model';
import { browserDeps, createModel } from './create';

export const model: Model = createModel(browserDeps());
