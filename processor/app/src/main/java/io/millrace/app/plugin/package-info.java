/**
 * Finds and loads custom code. Each plugin is a class loader of its own that sees Java, the API and nothing else of this process, so that its
 * libraries and ours cannot get in each other's way.
 */
@NullMarked
package io.millrace.app.plugin;

import org.jspecify.annotations.NullMarked;
