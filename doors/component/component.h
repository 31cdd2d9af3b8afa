/* SPDX-License-Identifier: Apache-2.0
 *
 * doors/component/component.h - programs that serve a domain of their own (XEP-0114): gateways, push services. Each
 * domain that the operator named (core_settings.components) is a service of the core (core/service.h) whether its
 * program is connected or not; what comes for it meanwhile is answered with an error.
 */
#pragma once

struct core;

/* Called once by who assembles the server, on the core that the links of `component_door` come to, and only there. */
void components_begin(struct core *c);
