/**
 * From a job file to a running job: reading, planning, checking against the cluster, and the wiring of an instance. The command line
 * and {@code dev} use it; it knows neither.
 */
@NullMarked
package io.millrace.app.job;

import org.jspecify.annotations.NullMarked;
