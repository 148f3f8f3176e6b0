// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// The rules of staking computed the long way: every day is walked through and every account of every day is paid, so that
/// nothing is averaged, postponed or packed. Used to check the pool; shares no code with it.
contract Reference {
    struct Person {
        uint256 counted;
        uint256 added;
        /// Seconds at the start of the day, at most a year.
        uint256 age;
        bool active;
        /// The level and boost of today's weight.
        uint256 level;
        uint256 boost;
        uint256 nodeLevel;
        uint256 nodeUntil;
        uint256 boostedAt;
        uint256 streak;
        uint256 earned;
        uint256 paid;
    }

    uint256 private constant YEAR = 365 * 86_400;

    uint256 public day;
    /// ETH that arrived before today and was not shared.
    uint256 public waiting;
    uint256 public arrived;
    uint256 public received;
    uint256 public pot;
    bool public opened;
    uint256 public remainders;
    uint256 public mostOwedToRounding;
    Person[] internal people;

    constructor(uint256 people_, uint256 day_) {
        for (uint256 i; i < people_; ++i) {
            people.push();
        }
        day = day_;
    }

    function person(uint256 i) external view returns (Person memory) {
        return people[i];
    }

    /// Ends every day before `to`, one after the other.
    function goTo(uint256 to) external {
        while (day < to) _endDay();
    }

    function fund(uint256 amount) external {
        arrived += amount;
        received += amount;
    }

    function stake(uint256 i, uint256 amount) external {
        people[i].added += amount;
    }

    function unstake(uint256 i, uint256 amount) external {
        Person storage p = people[i];
        uint256 fresh = amount < p.added ? amount : p.added;
        p.added -= fresh;
        p.counted -= amount - fresh;
    }

    function activate(uint256 i) external {
        Person storage p = people[i];
        require(!p.active && p.counted > 0, "reference: may not activate");
        if (!opened) (opened, pot, waiting) = (true, waiting, 0);
        p.active = true;
        p.level = _nodeLevel(p);
    }

    function boost(uint256 i, uint256 time) external {
        Person storage p = people[i];
        uint256 since = time - p.boostedAt;
        require(since >= 86_400, "reference: may not boost");
        bool again = p.boostedAt > 0 && since <= 2 * 86_400;
        p.streak = again ? p.streak + 1 : 0;
        p.boostedAt = time;
        uint256 bonus = 1_000 + p.streak * 200;
        p.boost = bonus > 3_000 ? 3_000 : bonus;
    }

    function level(uint256 i, uint256 nodeLevel, uint256 nodeUntil) external {
        Person storage p = people[i];
        (p.nodeLevel, p.nodeUntil) = (nodeLevel, nodeUntil);
        if (_nodeLevel(p) < p.level) p.level = _nodeLevel(p);
    }

    function claim(uint256 i) external returns (uint256 amount) {
        amount = people[i].earned;
        people[i].paid += amount;
        people[i].earned = 0;
    }

    /// What the person weighs today, 0 without activation.
    function weightOf(uint256 i) public view returns (uint256) {
        Person storage p = people[i];
        if (!p.active) return 0;
        uint16[6] memory levels = [10_000, 11_000, 12_500, 15_000, 17_500, 20_000];
        return p.counted * (10_000 + p.age * 10_000 / YEAR) * levels[p.level] * (10_000 + p.boost) / 1e12;
    }

    function totalWeight() public view returns (uint256 sum) {
        for (uint256 i; i < people.length; ++i) {
            sum += weightOf(i);
        }
    }

    function _nodeLevel(Person storage p) private view returns (uint256) {
        return day <= p.nodeUntil ? p.nodeLevel : 0;
    }

    function _endDay() private {
        uint256 total = totalWeight();
        if (total > 0) {
            uint256 left = pot;
            for (uint256 i; i < people.length; ++i) {
                if (!people[i].active) continue;
                uint256 reward = pot * weightOf(i) / total;
                people[i].earned += reward;
                left -= reward;
                ++mostOwedToRounding;
            }
            remainders += left;
        } else {
            waiting += pot;
        }
        (pot, opened) = (0, false);
        waiting += arrived;
        arrived = 0;
        for (uint256 i; i < people.length; ++i) {
            _wakeUp(people[i]);
        }
        ++day;
    }

    function _wakeUp(Person storage p) private {
        p.active = false;
        p.boost = 0;
        p.level = 0;
        if (p.counted == 0 && p.added == 0) return;
        p.age += 86_400;
        if (p.age > YEAR) p.age = YEAR;
        if (p.added == 0) return;
        p.age = p.age * p.counted / (p.counted + p.added);
        p.counted += p.added;
        p.added = 0;
    }
}
