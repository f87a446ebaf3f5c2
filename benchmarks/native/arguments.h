/* Arguments as pairs of name and value. For programs of one source file. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <stdlib.h>
#include <string.h>

static const char *text(int argc, char **argv, const char *name, const char *otherwise)
{
	for (int i = 1; i + 1 < argc; i += 2)
		if (!strcmp(argv[i], name))
			return argv[i + 1];
	return otherwise;
}

static long number(int argc, char **argv, const char *name, long otherwise)
{
	const char *given = text(argc, argv, name, NULL);

	return given ? strtol(given, NULL, 10) : otherwise;
}

#endif
