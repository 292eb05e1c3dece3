/**
 * {@code millrace test}: the tests of a job, run in memory. {@code TestFiles} finds and reads them, {@code TestSetup} checks one against the
 * plan, {@code TestOutcome} is what came of it, {@code Differences} tells it.
 */
@NullMarked
package io.millrace.app.test;

import org.jspecify.annotations.NullMarked;
