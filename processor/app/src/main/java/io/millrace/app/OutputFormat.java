package io.millrace.app;

/** How a command writes its result to stdout; in small letters because the user types them. */
enum OutputFormat {
    text,
    json
}
