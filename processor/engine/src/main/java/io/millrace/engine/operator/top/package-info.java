/**
 * Ranks the rows of each group and keeps the first ones: the step {@code top}, and ROW_NUMBER with a bound in SQL. Per window, with one
 * final result; or running, with updates by rank.
 */
@NullMarked
package io.millrace.engine.operator.top;

import org.jspecify.annotations.NullMarked;
