/** What a job runs as: stages, their inputs, operators, stores and exchanges. Made by the planner, read by everybody else. */
@NullMarked
package io.millrace.engine.topology;

import org.jspecify.annotations.NullMarked;
