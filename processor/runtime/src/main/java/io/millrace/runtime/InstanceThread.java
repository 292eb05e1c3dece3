package io.millrace.runtime;

/** Drives an instance's own duties (start, restore, purge, looking for the end) beside its workers. */
final class InstanceThread extends Thread {
    private final Instance instance;

    InstanceThread(Instance instance) {
        super("millrace-instance");
        this.instance = instance;
    }

    @Override
    public void run() {
        instance.live();
    }
}
