/* SPDX-License-Identifier: Apache-2.0
 *
 * base/events.h - every event that Anser logs: name, level, help. Included many times; see base/log.h.
 */
EVENT(fault, LOG_ERROR, "Something failed that no one could answer: the link or the process that met it ends.")
EVENT(started, LOG_NOTICE, "The server listens and serves.")
EVENT(stopping, LOG_NOTICE, "The server was asked to stop: clients are told and everything is written.")
EVENT(stopped, LOG_NOTICE, "The server has ended in order.")
EVENT(listening, LOG_NOTICE, "A port is open.")
EVENT(setting_risky, LOG_WARNING, "A setting opens something that is closed by default.")
EVENT(settings_reloaded, LOG_NOTICE, "SIGHUP: the settings that can change while running were read again.")
EVENT(reload_refused, LOG_WARNING, "SIGHUP: the settings or the certificate on disk cannot be used; everything stays as it was.")
EVENT(certificate_made, LOG_NOTICE, "A certificate of our own authority was made, since none was there.")
EVENT(link_refused, LOG_NOTICE, "A connection was closed before it began: too many of them.")
EVENT(login, LOG_INFO, "Somebody logged in.")
EVENT(login_refused, LOG_NOTICE, "Somebody could not log in. An address that does this often is slowed down by itself.")
EVENT(logout, LOG_INFO, "A session ended.")
EVENT(registered, LOG_NOTICE, "An account was made.")
EVENT(removed, LOG_NOTICE, "An account was deleted.")
EVENT(spilled, LOG_NOTICE, "A client did not read what was sent to it: its messages wait in the store, its link was closed.")
EVENT(protocol_error, LOG_INFO, "A peer broke the rules of its protocol; its link was closed.")
EVENT(store_failed, LOG_ERROR, "The store could not keep something. Senders were told; nothing was delivered. Look at the disk.")
EVENT(store_recovered, LOG_NOTICE, "The store works again.")
EVENT(admin, LOG_NOTICE, "An operator gave a command.")
