/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/web/files.h - /files/TOKEN/NAME: PUT (XEP-0363, the whole file at once), HEAD and PATCH (in pieces, resumed
 * where they end: the page), GET. The token is the right to do it. docs/protocol-files.md says it all.
 */
#pragma once
#include "doors/web/web.h"

bool web_upload_begin(struct web_request *q);
void web_upload_bytes(struct web_request *q, const char *bytes, size_t n);
void web_upload_answer(struct web_request *q);
void web_upload_gone(struct web_request *q);

void web_file_answer(struct web_request *q);
void web_file_writable(struct web_request *q);
void web_file_gone(struct web_request *q);
