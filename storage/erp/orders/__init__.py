"""From a collected order to a parcel that left: states, review, holds, splitting, merging, carriers, instructions."""
