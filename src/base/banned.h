/* SPDX-License-Identifier: EUPL-1.2 */
/* Functions that our code must not call, made compile errors. After Git's banned.h.
 *
 * The compiler includes this file before every file of ours (cmake/flags.cmake), so nobody can forget
 * it. The system headers come first, for a macro must not meet their declarations. A call of a banned
 * function becomes a call of `sorry_NAME_is_banned`, which nobody declares.
 *
 * The list is security-requirements S2. What to use instead:
 *   strcpy strcat strncpy strncat sprintf vsprintf   base/buf.h, or snprintf with its result checked
 *   strtok atoi atol atoll atof scanf*               the bounded parsers of base
 *   alloca                                           an arena
 *   system popen                                     posix_spawn, in the one place that starts children
 *   tmpnam tempnam mktemp                            mkstemp, or O_TMPFILE
 *   rand srand random srandom drand48                the seeded generator passed in; secrets: base/crypto.h
 *   localtime gmtime ctime asctime                   base/date.h, or the _r functions
 *   malloc calloc realloc strdup strndup asprintf    base/mem.h; the build lets base/mem.c alone
 *                                                    (DCIM_MAY_ALLOCATE) and tests (DCIM_TESTS)
 */
#ifndef DCIM_BASE_BANNED_H
#define DCIM_BASE_BANNED_H

#include <alloca.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#define DCIM_BANNED(name) sorry_##name##_is_banned

#undef strcpy
#define strcpy(...) DCIM_BANNED(strcpy)
#undef stpcpy
#define stpcpy(...) DCIM_BANNED(stpcpy)
#undef strcat
#define strcat(...) DCIM_BANNED(strcat)
#undef strncpy
#define strncpy(...) DCIM_BANNED(strncpy)
#undef strncat
#define strncat(...) DCIM_BANNED(strncat)
#undef sprintf
#define sprintf(...) DCIM_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) DCIM_BANNED(vsprintf)
#undef gets
#define gets(...) DCIM_BANNED(gets)
#undef strtok
#define strtok(...) DCIM_BANNED(strtok)
#undef atoi
#define atoi(...) DCIM_BANNED(atoi)
#undef atol
#define atol(...) DCIM_BANNED(atol)
#undef atoll
#define atoll(...) DCIM_BANNED(atoll)
#undef atof
#define atof(...) DCIM_BANNED(atof)
#undef scanf
#define scanf(...) DCIM_BANNED(scanf)
#undef fscanf
#define fscanf(...) DCIM_BANNED(fscanf)
#undef sscanf
#define sscanf(...) DCIM_BANNED(sscanf)
#undef vscanf
#define vscanf(...) DCIM_BANNED(vscanf)
#undef vfscanf
#define vfscanf(...) DCIM_BANNED(vfscanf)
#undef vsscanf
#define vsscanf(...) DCIM_BANNED(vsscanf)
#undef alloca
#define alloca(...) DCIM_BANNED(alloca)
#undef system
#define system(...) DCIM_BANNED(system)
#undef popen
#define popen(...) DCIM_BANNED(popen)
#undef tmpnam
#define tmpnam(...) DCIM_BANNED(tmpnam)
#undef tempnam
#define tempnam(...) DCIM_BANNED(tempnam)
#undef mktemp
#define mktemp(...) DCIM_BANNED(mktemp)
#undef rand
#define rand(...) DCIM_BANNED(rand)
#undef srand
#define srand(...) DCIM_BANNED(srand)
#undef random
#define random(...) DCIM_BANNED(random)
#undef srandom
#define srandom(...) DCIM_BANNED(srandom)
#undef drand48
#define drand48(...) DCIM_BANNED(drand48)
#undef localtime
#define localtime(...) DCIM_BANNED(localtime)
#undef gmtime
#define gmtime(...) DCIM_BANNED(gmtime)
#undef ctime
#define ctime(...) DCIM_BANNED(ctime)
#undef asctime
#define asctime(...) DCIM_BANNED(asctime)

#if !defined(DCIM_MAY_ALLOCATE) && !defined(DCIM_TESTS)
#undef malloc
#define malloc(...) DCIM_BANNED(malloc)
#undef calloc
#define calloc(...) DCIM_BANNED(calloc)
#undef realloc
#define realloc(...) DCIM_BANNED(realloc)
#undef reallocarray
#define reallocarray(...) DCIM_BANNED(reallocarray)
#undef strdup
#define strdup(...) DCIM_BANNED(strdup)
#undef strndup
#define strndup(...) DCIM_BANNED(strndup)
#undef asprintf
#define asprintf(...) DCIM_BANNED(asprintf)
#undef vasprintf
#define vasprintf(...) DCIM_BANNED(vasprintf)
#endif

#endif
