/**
 * A task: one stage on one partition, from record bytes in to record bytes out. It is driven from outside, record by record and
 * checkpoint by checkpoint, by one thread.
 */
@NullMarked
package io.millrace.engine.task;

import org.jspecify.annotations.NullMarked;
