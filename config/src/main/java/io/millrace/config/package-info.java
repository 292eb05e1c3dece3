/**
 * YAML text to a checked {@link io.millrace.config.JobSpec}, every problem at once with file, line and column. It knows the
 * job language's grammar and nothing of columns, expressions, Kafka or how a job runs.
 */
@NullMarked
package io.millrace.config;

import org.jspecify.annotations.NullMarked;
