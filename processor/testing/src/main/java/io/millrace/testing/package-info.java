/** Runs jobs and their parts in memory, step by step, for tests: of users' jobs and custom code, and of Millrace itself. */
@NullMarked
package io.millrace.testing;

import org.jspecify.annotations.NullMarked;
