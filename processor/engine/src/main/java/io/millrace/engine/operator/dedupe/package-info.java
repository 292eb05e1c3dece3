/**
 * Keeps one of the rows of each key that are near in time: the step {@code dedupe}. What is remembered goes by event time and expires as a
 * range, whatever the number of keys. Knows nothing of windows but how to cut time into pieces.
 */
@NullMarked
package io.millrace.engine.operator.dedupe;

import org.jspecify.annotations.NullMarked;
