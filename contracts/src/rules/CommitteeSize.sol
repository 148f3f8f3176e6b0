// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// How many seats a committee has. `members` is what the order asks for.
library CommitteeSize {
    /// Agreement bits reach that far.
    uint256 internal constant MOST = 15;

    /// After a first committee without quorum: 2k + 1.
    function enlarged(uint256 members) internal pure returns (uint256) {
        uint256 size = 2 * members + 1;
        return size < MOST ? size : MOST;
    }

    /// Of an appeal: 2k + 1 after a first committee of k, k + 2 after an enlarged one.
    function ofAppeal(uint256 members, bool isEnlarged) internal pure returns (uint256) {
        return isEnlarged ? members + 2 : enlarged(members);
    }

    /// An appeal with fewer is not held.
    function leastOfAppeal(uint256 members) internal pure returns (uint256) {
        return members + 2;
    }

    /// Most seats that one pot (the customer's lock or the node's bond) ever pays: an overturned verdict of k leaves at most
    /// a third of its members paid, beside a whole appeal; an enlarged committee and its appeal need no more.
    function mostPaid(uint256 members) internal pure returns (uint256) {
        return members / 3 + enlarged(members);
    }
}
