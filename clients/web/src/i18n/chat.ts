// SPDX-License-Identifier: Apache-2.0
// The conversation and the list of conversations.

import { area } from './area';

export const chat = area({
	send: 'Send',
}, {
	send: '发送',
});
