/**
 * The command line. Each command is a class; {@link io.millrace.app.JobRunner} is the one place where the parts are put together.
 * Only here do wall clock, randomness and threads of the process come into being.
 */
@NullMarked
package io.millrace.app;

import org.jspecify.annotations.NullMarked;
