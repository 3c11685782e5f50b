/** An application that nobody of us wrote: it knows the published API and nothing else. */
module com.example.storyteller {
    requires dev.lockstep.models;
}
