/** For the unit tests of custom code: runs a processor as a task does, in memory, with time in the test's hands. Needs no test framework. */
@NullMarked
package io.millrace.testing;

import org.jspecify.annotations.NullMarked;
