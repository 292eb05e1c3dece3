/**
 * What custom code in a job is written against: {@link io.millrace.api.Processor} and what it is handed. Sees rows and types, and nothing
 * of the engine that runs it, so that code written today runs on tomorrow's engine.
 */
@NullMarked
package io.millrace.api;

import org.jspecify.annotations.NullMarked;
