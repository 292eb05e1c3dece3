/** Both ends of a repartition topic: rows and control records as bytes, and the operator that writes them. */
@NullMarked
package io.millrace.engine.operator.exchange;

import org.jspecify.annotations.NullMarked;
