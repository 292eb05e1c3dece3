/** Grouping and aggregating: windowed and running, in one phase or with a local phase before the exchange. */
@NullMarked
package io.millrace.engine.operator.aggregate;

import org.jspecify.annotations.NullMarked;
