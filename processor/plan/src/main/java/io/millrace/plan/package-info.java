/**
 * From a job to the topology that it runs as: checks columns and types, places exchanges and stores, and explains the result. It does no
 * I/O; of Kafka it knows topic names. Expressions are the business of the package below.
 */
@NullMarked
package io.millrace.plan;

import org.jspecify.annotations.NullMarked;
