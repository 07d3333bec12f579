/* SPDX-License-Identifier: EUPL-1.2 */
/* The door of a server: a process with the network and the pages, and without keys and files. */
#ifndef DCIM_WEB_DOOR_H
#define DCIM_WEB_DOOR_H

/* Be the door; returns the exit status. Its configuration comes over descriptor `config` as a
 * message, and tells:
 *
 *   address, port          where to listen
 *   certificate, key       PEM files; where they are absent they are made in `folder`
 *   folder, hosts[]        for those, and the names they are for
 *   insecure_plain         HTTP, for a declared proxy on this machine
 *   data                   the data folder: words of the program
 *   handbook               folder of its pages; absent: none are shown
 *   register               name shown while nobody has signed in
 *   channels               how many ends of channels lie from descriptor `channel` on
 *   limits                 {rate, burst, per_source}: of http.h; absent: its defaults
 *
 * It answers {"ready", "port", "fingerprint", "warning"}, shuts itself in, and serves until the
 * other end of `config` closes or SIGTERM comes. */
int door_process(int config, int channel);

#endif
