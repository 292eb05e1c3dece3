/** Makes rows out of the elements of an ARRAY column: the step {@code flatten}. Knows nothing of time or state. */
@NullMarked
package io.millrace.engine.operator.flatten;

import org.jspecify.annotations.NullMarked;
