/** The operator that writes rows to a sink's topic. */
@NullMarked
package io.millrace.engine.operator.sink;

import org.jspecify.annotations.NullMarked;
