// SPDX-License-Identifier: Apache-2.0
// What is needed once somebody is logged in, in one piece: create.ts fetches it then, so that the first screen need not wait for it.

export { account } from './account';
export { acts } from './acts';
export { files } from './outgoing';
export { rowOfEntry } from './sender';
export { xhrSend } from './upload';
export { change, remove } from '../store/timeline';
