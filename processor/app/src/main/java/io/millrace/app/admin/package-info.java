/** The admin server: health, metrics and status over HTTP. It reads snapshots and holds no lock that a worker could wait for. */
@NullMarked
package io.millrace.app.admin;

import org.jspecify.annotations.NullMarked;
