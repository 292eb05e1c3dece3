package io.millrace.runtime;

/** What to say when a topic that the job needs was deleted, by whatever sign that was noticed. */
final class DeletedTopic {
    /** To follow on a sentence that names the topic. */
    static final String WHAT_NOW =
            "What the job had not read of it, or kept in it, is gone, and offsets mean other records now, so that going on would give"
                    + " wrong results. Start the job anew: stop all instances and run millrace reset";

    private DeletedTopic() {}
}
