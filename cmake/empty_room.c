/* SPDX-License-Identifier: EUPL-1.2 */
/* Stands in for a room that has no source yet. */
extern const int dcim_empty_room;
const int dcim_empty_room = 0;
