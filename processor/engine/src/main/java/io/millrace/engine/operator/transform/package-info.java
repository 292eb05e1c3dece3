/** Stateless operators that work on one row: filter, map, route. */
@NullMarked
package io.millrace.engine.operator.transform;

import org.jspecify.annotations.NullMarked;
