/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/no_assets.c - a web door without a page, for tests of its other routes.
 */
#include "doors/web/web.h"

const struct web_asset web_assets[1];
const size_t web_assets_n = 0;
